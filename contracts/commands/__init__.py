"""Commands and queries by RPC, one module an owning service; unknown fields are refused.

Each command is idempotent by `command_id`, made by the client. `expected_version` is the
version the caller has seen (If-Match), None where the caller does not mind.
"""
