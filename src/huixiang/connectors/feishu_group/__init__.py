"""The custom bot of a Feishu group: an address that says in the group what is posted to it. It hears nothing."""
