"""Every address of the product."""

from django.urls import include, path

from huixiang.api.urls import api
from huixiang.connectors.hooks import hook as platform_hook
from huixiang.connectors.webhook.inbound import hook
from huixiang.portal.views.home import home
from huixiang.ui.invitations import invitation

urlpatterns = [
    path("", home, name="home"),
    path("accounts/invitations/<str:token>/", invitation, name="invitation"),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("hooks/<str:token>/", hook, name="hook"),
    path("in/<slug:kind>/<str:token>/", platform_hook, name="platform_hook"),
    path("w/<slug:workspace>/", include("huixiang.desk.urls")),
    path("c/<slug:community>/", include("huixiang.portal.urls")),
]
