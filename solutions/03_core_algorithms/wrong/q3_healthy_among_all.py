# Divides the healthy who are left in peace by all patients.
def threshold_for(truth, risk, wanted):
    ill = np.sort(risk[truth == 1])[::-1]
    threshold = ill[int(np.ceil(wanted * len(ill))) - 1]
    return threshold, np.mean((risk < threshold) & (truth == 0))
