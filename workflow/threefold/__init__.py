"""threefold: three papers reproduced end to end, and of each published number whether it holds."""
