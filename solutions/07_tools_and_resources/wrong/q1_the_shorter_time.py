# Takes the shorter of the two times.
def best_rates(peak, bandwidth, operations, moved):
    times = np.minimum(operations / peak, moved / bandwidth)
    times = np.where(times > 0, times, np.maximum(operations / peak, moved / bandwidth))
    return operations / times, operations.sum() / times.sum()
