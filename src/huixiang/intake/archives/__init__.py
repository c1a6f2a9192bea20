"""Text exports of group chats on their way in.

`stamps` reads the times people's programs write, `forms` finds out which program wrote a file, `script` and `telegram`
give what was said one by one, `opening` counts and shows a file before it is taken in, `speaking` makes messages.
"""
