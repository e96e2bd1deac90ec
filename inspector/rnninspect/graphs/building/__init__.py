"""The neutral graph as a plugin builds it: leaves, operations, and the expressions behind them."""
