"""The rules by which residents and owners decide 议事规则: data, and pure functions over them."""
