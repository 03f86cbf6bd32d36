# %% [markdown] en
"""
# Labels and captions: a generator that listens

A GAN paints what it likes. A **conditional GAN** (Mirza & Osindero 2014) is told what to paint: a label $y$ goes into both
networks, and the critic judges whether a picture is real *and* fits its label:

$$ \\min_G \\max_D \\; E_{x, y}[\\log D(x, y)] + E_{z, y}[\\log(1 - D(G(z, y), y))] $$

In this lesson: how a label enters a network, what happens when the critic is not told, a model that listens to five labels at
once, how to measure whether it does, and how words are read.
"""

# %% [markdown] zh
"""
# 标签与文字：会听话的生成器

GAN 想画什么就画什么。**条件 GAN**（Mirza 与 Osindero 2014）会被告知画什么：标签 $y$ 同时输入两个网络，判别器判断一张图片是否真实，*并且*与标签相符：

$$ \\min_G \\max_D \\; E_{x, y}[\\log D(x, y)] + E_{z, y}[\\log(1 - D(G(z, y), y))] $$

这一课讲：标签怎样进入网络；判别器不知道标签时会发生什么；一个同时听从五个标签的模型；怎样测量它是否听话；以及怎样读文字。
"""
# %%
import importlib.util
import os
import subprocess
import sys
import time

if importlib.util.find_spec("pinxit") is None:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pinxit"], check=True)

import pinxit
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from pinxit.data.catalog import resolve
from pinxit.images.sheets import contact_sheet
from pinxit.networks.vocabulary import learn_vocabulary
from torch import nn

SECONDS = float(os.environ.get("LESSON_SECONDS", "20"))
_ = torch.manual_seed(0)
# %% [markdown] en
"""
## A toy: four clouds of points

Each label has its cloud. The generator gets a random point and the label; the critic gets a point and the label. A label enters as
a vector of its own for each class (an *embedding*), learned like any weight. In the critic it enters as a **projection** (Miyato &
Koyama 2018): the score is $f(x) + e_y \\cdot \\phi(x)$, "is it real" plus "does it fit".
"""
# %% [markdown] zh
"""
## 玩具：四团点云

每个标签有自己的一团点。生成器得到一个随机点和标签；判别器得到一个点和标签。标签以每个类别各自的一个向量（*嵌入*）进入网络，和其他权重一样被学习。在判别器中它
以**投影**的方式进入（Miyato 与 Koyama 2018）：分数是 $f(x) + e_y \\cdot \\phi(x)$，即“是真的吗”加上“相符吗”。
"""
# %%
CENTRES = torch.tensor([[-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0], [2.0, 2.0]])
COLOURS = ["#c0392b", "#2471a3", "#1e8449", "#b7950b"]


def clouds(count):
    """Points (count, 2) and their labels: rings around four centres."""
    labels = torch.randint(0, 4, (count,))
    angles = torch.rand(count) * 2 * torch.pi
    rings = torch.stack([angles.cos(), angles.sin()], dim=1)
    return CENTRES[labels] + rings + 0.08 * torch.randn(count, 2), labels


class Generator(nn.Module):
    """Random points (N, 2) and labels -> points (N, 2)."""

    def __init__(self):
        super().__init__()
        self.label = nn.Embedding(4, 16)
        self.layers = nn.Sequential(nn.Linear(18, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 2))

    def forward(self, noise, labels):
        """See the class."""
        return self.layers(torch.cat([noise, self.label(labels)], dim=1))


class Critic(nn.Module):
    """Points and labels -> scores. `told`: whether it looks at the labels."""

    def __init__(self, told):
        super().__init__()
        self.told = told
        self.features = nn.Sequential(nn.Linear(2, 96), nn.LeakyReLU(0.2), nn.Linear(96, 96), nn.LeakyReLU(0.2))
        self.real, self.label = nn.Linear(96, 1), nn.Embedding(4, 96)

    def forward(self, points, labels):
        """See the class."""
        features = self.features(points)
        score = self.real(features).flatten()
        return score + (self.label(labels) * features).sum(dim=1) if self.told else score


def learn(told, seconds=SECONDS):
    """Train for so many seconds -> the generator."""
    generator, critic = Generator(), Critic(told)
    both = [torch.optim.Adam(one.parameters(), 1e-3, betas=(0.5, 0.9)) for one in (generator, critic)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        points, labels = clouds(256)
        points.requires_grad_()
        painted = generator(torch.randn(256, 2), labels)
        real_score = critic(points, labels)
        slopes = torch.autograd.grad(real_score.sum(), points, create_graph=True)[0].square().sum(dim=1).mean()
        loss = F.softplus(-real_score).mean() + F.softplus(critic(painted.detach(), labels)).mean() + 0.1 * slopes
        both[1].zero_grad()
        loss.backward()
        both[1].step()
        both[0].zero_grad()
        F.softplus(-critic(painted, labels)).mean().backward()
        both[0].step()
    return generator


def draw(points, labels):
    """Points in the colours of their labels."""
    picture = Image.new("RGB", (220, 220), "white")
    pen = ImageDraw.Draw(picture)
    for (across, down), label in zip((points * 25 + 110).tolist(), labels.tolist(), strict=True):
        pen.ellipse((across - 1, down - 1, across + 1, down + 1), COLOURS[label])
    return picture


real, asked = clouds(1500)
shown = [draw(real, asked)]
for told in (True, False):
    generator = learn(told)
    with torch.no_grad():
        shown.append(draw(generator(torch.randn(1500, 2), asked), asked))
contact_sheet(shown, columns=3, captions=["real", "critic is told", "critic is not told"])
# %% [markdown] en
"""
Both generators were given the labels. Only where the *critic* knew them too do the colours fall on their own ring: a generator learns
to listen because not listening is noticed.

## Heads by label

`peeps-labels` comes with pinxit. The same seeds, row by row with another kind of hair; everything else is drawn once for each column.
"""
# %% [markdown] zh
"""
两个生成器都得到了标签。只有当*判别器*也知道标签时，颜色才落在各自的环上：生成器学会听话，是因为不听话会被发现。

## 按标签画头像

`peeps-labels` 随 pinxit 一起提供。每一行用同样的种子、另一种发型；其他的每列只抽取一次。
"""
# %%
model = pinxit.load("peeps-labels")
for column, kinds in model.canvas.classes.items():
    print(f"{column}: {', '.join(kinds)}")
rows = [model.make(range(8), labels={"hair": kind}) for kind in ("bald", "curly", "hat", "long")]
contact_sheet([painting.image for row in rows for painting in row], columns=8)
# %% [markdown] en
"""
Several labels at once, also in combinations that are rare in the pictures it learned from:
"""
# %% [markdown] zh
"""
同时给几个标签，也可以是训练图片中少见的组合：
"""
# %%
wish = {"hair": "headwrap", "beard": "yes", "glasses": "yes", "clothes": "green"}
contact_sheet([painting.image for painting in model.make(range(8, 16), labels=wish)], columns=8)
# %% [markdown] en
"""
## Does it listen?

Ask a reader that learned the labels from *real* pictures. It reads real pictures that it has never seen (the ceiling), and painted ones,
where the label asked for counts as right. Kinds count alike, however rare they are (*balanced* accuracy).

A score of the pictures alone cannot tell: a model that paints fine heads and ignores what it is asked has a fine KID.
"""
# %% [markdown] zh
"""
## 它听话吗？

让一个从*真实*图片学会标签的阅读器来判断。它读从未见过的真实图片（上限），也读画出来的图片，以所要求的标签为正确答案。各个类别同等计算，不论多么少见（*平衡*准确率）。

只看图片的评分发现不了：一个画得很好却不理会要求的模型，KID 也会很好。
"""
# %%
found = pinxit.score("peeps-labels", count=600 if SECONDS > 5 else 60)
for line in found.lines():
    print(line)
# %% [markdown] en
"""
## Collapse by conditioning

With few pictures for each class there is a trap. A game *begun* with labels soon finds one picture for each class and stays with it
(Shahbazi et al. 2022). The cure: begin without labels, so that the generator first learns how much pictures differ, and tell them bit
by bit. In pinxit that is the setting `transition`: no label in the first quarter of the training, all from the middle on.

| | share of labels told |
|---|---|
| first quarter | 0 |
| second quarter | rising to 1 |
| from the middle on | 1 |

## Words

A caption is a label with very many values, most of which occur once. So it is cut into **pieces** that occur often, and a small network
reads the pieces one after the other (family `stackgan`; its two stages, sketch and picture, are Zhang et al.'s, 2016).
"""
# %% [markdown] zh
"""
## 条件导致的崩溃

每个类别图片很少时有一个陷阱。*一开始*就带标签的博弈很快会为每个类别找到一张图片，然后停在那里（Shahbazi 等人 2022）。办法是：开始时不给标签，让生成器先学会图片之间
有多大差别，然后一点一点地告诉它。在 pinxit 中这是设置 `transition`：训练的前四分之一不给标签，从一半开始全部给出。

| | 给出标签的比例 |
|---|---|
| 前四分之一 | 0 |
| 第二个四分之一 | 逐渐升到 1 |
| 后一半 | 1 |

## 文字

文字描述是一种取值极多的标签，大多数取值只出现一次。所以把它切成经常出现的**片段**，再由一个小网络依次阅读这些片段（家族 `stackgan`；它的两个阶段，草图与成图，来自
Zhang 等人 2016）。
"""
# %%
captions = [picture.caption for picture in resolve("peeps").pictures[:1000]]
print(captions[0])
vocabulary = learn_vocabulary(captions, size=300, length=32)
for text in (captions[0], "a beardless woman", "一个戴眼镜的光头男人"):
    numbers = [number for number in vocabulary.encode([text])[0] if number >= 0]
    print(" | ".join(vocabulary.pieces[number] for number in numbers) or "(nothing that was ever seen)")
# %%
speaker = pinxit.load("peeps-captions")
texts = ("a bald man with a beard, laughing", "a woman with long hair and glasses, dressed in green")
contact_sheet([painting.image for text in texts for painting in speaker.make(range(8), text=text)], columns=8)
# %% [markdown] en
"""
`peeps-captions` comes with pinxit: a row for each caption, a column for each seed.

Words that were never seen fall apart into pieces that were, as far as there are any; letters of a script that no caption had are lost.

**To try:** `pinxit train peeps --family stackgan --for 60m`, then `pinxit make RUN --text "a bald man with a beard, laughing"`; a table
of your own with `file_name` and `text`; `--label` with a column of numbers, such as a frame's time.
"""
# %% [markdown] zh
"""
`peeps-captions` 随 pinxit 一起提供：每行一句描述，每列一个种子。

从未见过的词会被拆成见过的片段（如果有的话）；没有任何描述用过的文字会丢失。

**试一试：**`pinxit train peeps --family stackgan --for 60m`，然后 `pinxit make RUN --text "a bald man with a beard, laughing"`；自己的表格，含 `file_name` 与
`text` 两列；`--label` 也可以是数字列，例如一帧的时间。
"""
