"""What every REST view is made of: keyset lists from `.values()`, problem details, token scopes, ETags, idempotency keys."""
