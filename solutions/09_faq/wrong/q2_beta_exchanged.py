# Gives the new loss the weight of the old ones.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for i, loss in enumerate(losses, 1):
        m = (1 - beta) * m + beta * loss
        s = m / (1 - (1 - beta) ** i)
        if not np.isfinite(loss) or (smooth and s > 4 * min(smooth)):
            break
        smooth.append(s)
    smooth, logs = np.array(smooth), np.log(rates[: len(smooth)])
    slopes = (smooth[2:] - smooth[:-2]) / (logs[2:] - logs[:-2])
    return rates[1 + np.argmin(slopes)], smooth
