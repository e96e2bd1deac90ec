"""Repositories of the Hugging Face Hub, over HTTPS."""
