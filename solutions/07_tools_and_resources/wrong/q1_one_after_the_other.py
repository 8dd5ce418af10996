# Adds computing and moving, as if the machine did one after the other.
def best_rates(peak, bandwidth, operations, moved):
    times = operations / peak + moved / bandwidth
    return operations / times, operations.sum() / times.sum()
