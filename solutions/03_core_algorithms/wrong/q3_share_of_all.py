# Flags a share of all patients, not of the ill.
def threshold_for(truth, risk, wanted):
    threshold = np.sort(risk)[::-1][int(np.ceil(wanted * len(risk))) - 1]
    return threshold, np.mean(risk[truth == 0] < threshold)
