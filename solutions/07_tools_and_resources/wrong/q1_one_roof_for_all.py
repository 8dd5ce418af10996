# Puts the whole network under one roof, as if a layer that waits for memory could lend its time.
def best_rates(peak, bandwidth, operations, moved):
    times = np.maximum(operations / peak, moved / bandwidth)
    return operations / times, operations.sum() / max(operations.sum() / peak, moved.sum() / bandwidth)
