# Spends 1,185 numbers where 160 are allowed.
def part_spirals(points, sides):
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(32, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)])
    train(model, points, sides, keras.losses.BinaryCrossentropy(from_logits=True), 400)
    return model.get_weights()
