"""The application a WSGI server serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huixiang.config.settings")
application = get_wsgi_application()
