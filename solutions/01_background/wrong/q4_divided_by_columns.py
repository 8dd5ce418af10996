# Divides by the number of columns, which is half the length of a frame.
def loudest_tones(sound, samples_per_second, frame_length):
    count = len(sound) // frame_length
    frames = sound[: count * frame_length].reshape(count, frame_length)
    loudness = np.abs(np.fft.rfft(frames - frames.mean(axis=1, keepdims=True), axis=1))
    return loudness.argmax(axis=1) * samples_per_second / loudness.shape[1]
