"""Feishu and Lark: a bot that people write to, alone or in groups. Events come by calls, or by a line that we open."""
