# Lets every layer run at the peak.
def best_rates(peak, bandwidth, operations, moved):
    return np.where(operations > 0, peak, 0.0), peak
