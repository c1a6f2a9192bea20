"""The inbox: views, list, and the case beside them."""
