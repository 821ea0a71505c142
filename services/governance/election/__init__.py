"""Who stands in the election of a residents' committee, and who votes in another's name 选举."""
