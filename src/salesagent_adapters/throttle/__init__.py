"""How often somebody may ask: counted over a sliding minute, shared where Redis is there."""
