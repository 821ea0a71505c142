"""The bus: connections, publishing, batched consumption."""
