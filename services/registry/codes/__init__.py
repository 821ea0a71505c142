"""One-time codes by which residents sign in: asked for by phone, six digits, ten minutes."""
