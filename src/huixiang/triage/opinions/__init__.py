"""What a language model is asked, where a workspace has one: second opinions, summaries, drafts.

Off until somebody sets it up. Only masked words leave; what comes back is marked as the machine's, changes nothing by
itself, and is validated before anybody sees it. A budget for the month, a time limit and a breaker stand before it.
"""
