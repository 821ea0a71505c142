"""What was decided and becomes work 交办事项: each a case, followed until it is done."""
