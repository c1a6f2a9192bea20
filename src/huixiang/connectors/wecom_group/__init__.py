"""Group robots in WeCom 企业微信群机器人: what is said into a group by its webhook; nothing comes back."""
