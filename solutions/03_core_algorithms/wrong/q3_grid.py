# Tries 99 thresholds, though the patients' own risks lie between them.
def threshold_for(truth, risk, wanted):
    for threshold in np.linspace(0.99, 0.01, 99):
        if np.mean(risk[truth == 1] >= threshold) >= wanted:
            break
    return threshold, np.mean(risk[truth == 0] < threshold)
