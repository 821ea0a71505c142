"""What a cell publishes of its cases, figures and archive; docs/publication.md is the format."""
