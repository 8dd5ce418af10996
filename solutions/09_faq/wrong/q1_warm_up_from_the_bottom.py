# Begins the warm-up at the bottom rate and not at nothing.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps) + 1
    progress = np.clip((done - warm_up) / (total - warm_up), 0, 1)
    falling = bottom + (top - bottom) * (1 + np.cos(np.pi * progress)) / 2
    return np.where(done < warm_up, bottom + (top - bottom) * done / max(warm_up, 1), falling)
