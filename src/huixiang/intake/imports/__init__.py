"""Files of messages on their way in.

`reading` gives rows of text from CSV and XLSX, `mapping` says which column is what, `rows` makes a message of a
row, `actions` takes a whole file through, batch by batch.
"""
