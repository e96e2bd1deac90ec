"""Every stored tensor with its purpose and its bytes."""
