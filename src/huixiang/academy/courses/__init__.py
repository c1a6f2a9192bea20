"""The courses as data: a lesson in both languages, the scenarios that belong to it, and its pass mark."""
