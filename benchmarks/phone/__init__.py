"""The client in a real browser, slowed down six times, beside reference pages that do the same bare thing."""
