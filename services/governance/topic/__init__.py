"""Topics 议题: what residents want to decide, raised by one and signed by many."""
