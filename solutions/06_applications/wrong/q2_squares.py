# Takes every frame for a square, as in the chapter.
def keep_frames(frames, scores, limit):
    sides = frames[:, 2] - frames[:, 0]
    kept = []
    for place in np.argsort(-scores):
        top_left = np.maximum(frames[place, :2], frames[kept, :2])
        ends = frames[:, :2] + sides[:, None]
        shared = np.prod((np.minimum(ends[place], ends[kept]) - top_left).clip(0), axis=1)
        if np.all(shared / (sides[place] ** 2 + sides[kept] ** 2 - shared) <= limit):
            kept.append(int(place))
    return np.array(kept, dtype=int)
