"""Pure text analysis: what one message says, with reasons. No framework, no database, no network.

Nouns: a *reading* is everything found about one text; a *rule* is a named list of words (lexicons/); the
*first level* reads n-grams, the *second level* weighs it with the rules (models/); *telling* sentences are
what a long text is about; *facts* are the core of a report in its own words.
"""

from huixiang.engine.models import about
from huixiang.engine.pipeline import gate, read
from huixiang.engine.reading import FACT_KEYS, Aspect, Kind, Reading

MODEL_VERSION: str = str(about()["version"])

__all__ = ["FACT_KEYS", "MODEL_VERSION", "Aspect", "Kind", "Reading", "gate", "read"]
