"""A DingTalk group's custom robot 钉钉群机器人: what is said into the group by its webhook; nothing comes back."""
