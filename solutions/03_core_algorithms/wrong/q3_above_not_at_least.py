# Leaves the healthy at the threshold in peace, though "at least" flags them.
def threshold_for(truth, risk, wanted):
    ill, healthy = np.sort(risk[truth == 1])[::-1], risk[truth == 0]
    threshold = ill[int(np.ceil(wanted * len(ill))) - 1]
    return threshold, np.mean(healthy <= threshold)
