# Interpolates a quantile: between two of the ill, the threshold finds one too few or is no longer the largest.
def threshold_for(truth, risk, wanted):
    threshold = np.quantile(risk[truth == 1], 1 - wanted)
    return threshold, np.mean(risk[truth == 0] < threshold)
