"""Files that go with messages and answers: what they are, keeping, showing, erasing.

Pictures are encoded anew, so nothing of the sent bytes is ever shown; everything else is kept as it came and is only
ever handed out as a download.
"""
