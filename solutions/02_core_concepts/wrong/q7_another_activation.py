# Trains with tanh, and hands over weights that are then read with ReLU.
def part_spirals(points, sides):
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(10, activation="tanh") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)])
    train(model, points, sides, keras.losses.BinaryCrossentropy(from_logits=True), 800)
    return model.get_weights()
