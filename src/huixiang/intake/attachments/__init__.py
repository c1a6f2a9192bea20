"""Files that go with messages and answers: what they are, keeping, showing, erasing.

Pictures are encoded anew, so nothing of the sent bytes is ever shown; everything else is kept as it came and is handed
out as a download; a PDF also in a page of its own that is shut in (ui/files.py).
"""
