"""How the model files come about: sources, first level (n-grams), second level (labelled messages), report.

Needs scikit-learn, which the product itself does not install; nothing outside this package imports it.
"""
