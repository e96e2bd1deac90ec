"""What HTML pages consist of: safe markup, the frame around it, bars and tables."""
