# Reads the filling as well.
def read_frames(logits, lengths):
    texts = []
    for path in logits.argmax(axis=2):
        texts.append(path[(np.diff(path, prepend=-1) != 0) & (path > 0)].tolist())
    return texts
