"""The names the engine and a new workspace's decision table use, each with the words for other languages.

The Chinese on the left is what is kept; the phrase on the right is translated as any other.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

_WORDS: Final = {
}
