"""The joint conference 联席会议: escalated cases come on its agenda, one resolution each."""
