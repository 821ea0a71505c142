"""The microservice chassis: everything a service needs that is not about the district."""
