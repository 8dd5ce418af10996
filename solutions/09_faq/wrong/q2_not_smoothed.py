# Does not smooth.
def steepest_rate(rates, losses, beta):
    smooth = []
    for s in losses.tolist():
        if not np.isfinite(s) or (smooth and s > 4 * min(smooth)):
            break
        smooth.append(s)
    smooth, logs = np.array(smooth), np.log(rates[: len(smooth)])
    slopes = (smooth[2:] - smooth[:-2]) / (logs[2:] - logs[:-2])
    return rates[1 + np.argmin(slopes)], smooth
