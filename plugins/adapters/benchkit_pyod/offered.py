"""The detectors of PyOD that are offered: which class, on which view, fitted on how many inputs, and its paper.

They look at pixels but for two reasons. Some score each input by itself (see ``beside``) in a time that grows with what
there is to see of it: these look at the latent, or at the classifier's logits, and so does LSCP, which takes as long.
And MCD wants several inputs for each feature. ``most`` keeps a fit, and scoring a thousand images, below half a minute
on one processor core, on MNIST as on digits.
"""

from __future__ import annotations

from benchkit_pyod import beside, estimators, networks
from benchkit_pyod.adapter import Adapter

_ESTIMATORS: tuple[Adapter, ...] = (
    # Kriegel, Schubert and Zimek 2008, "Angle-Based Outlier Detection in High-dimensional Data",
    # https://doi.org/10.1145/1401890.1401946; the fast variant, by the nearest neighbours.
    estimators.Angles("pyod-abod", model="abod.ABOD", most=5_000),
    # Ramaswamy, Rastogi and Shim 2000, "Efficient Algorithms for Mining Outliers from Large Data Sets",
    # https://doi.org/10.1145/342009.335437.
    estimators.Distances("pyod-knn", model="knn.KNN"),
    # Angiulli and Pizzuti 2002, "Fast Outlier Detection in High Dimensional Spaces",
    # https://doi.org/10.1007/3-540-45681-3_2.
    estimators.Distances("pyod-avg-knn", model="knn.KNN", method="mean"),
    estimators.Distances("pyod-med-knn", model="knn.KNN", method="median"),
    # He, Xu and Deng 2003, "Discovering Cluster-Based Local Outliers", https://doi.org/10.1016/S0167-8655(03)00003-5.
    estimators.Clusters("pyod-cblof", model="cblof.CBLOF"),
    # Aggarwal 2015, "Outlier Analysis", section 2.4.
    estimators.Mixture("pyod-gmm", model="gmm.GMM"),
    # Goldstein and Dengel 2012, "Histogram-Based Outlier Score (HBOS)".
    estimators.Histograms("pyod-hbos", model="hbos.HBOS"),
    # Liu, Ting and Zhou 2008, "Isolation Forest", https://doi.org/10.1109/ICDM.2008.17.
    estimators.Isolation("pyod-iforest", model="iforest.IForest"),
    # Bandaragoda et al. 2018, "Isolation-Based Anomaly Detection Using Nearest-Neighbor Ensembles",
    # https://doi.org/10.1111/coin.12156.
    estimators.Isolation("pyod-inne", model="inne.INNE", n_estimators=200),
    # Latecki, Lazarevic and Pokrajac 2007, "Outlier Detection with Kernel Density Functions",
    # https://doi.org/10.1007/978-3-540-73499-4_6.
    estimators.Kernels("pyod-kde", model="kde.KDE", most=1_000),
    # Hoffmann 2007, "Kernel PCA for Novelty Detection", https://doi.org/10.1016/j.patcog.2006.07.009.
    Adapter("pyod-kpca", model="kpca.KPCA", most=1_000),
    # Pevny 2016, "Loda: Lightweight On-Line Detector of Anomalies", https://doi.org/10.1007/s10994-015-5521-0.
    estimators.Projections("pyod-loda", model="loda.LODA"),
    # Breunig et al. 2000, "LOF: Identifying Density-Based Local Outliers", https://doi.org/10.1145/335191.335388.
    estimators.Neighbours("pyod-lof", model="lof.LOF", n_neighbors=20),
    # Zhao et al. 2019, "LSCP: Locally Selective Combination in Parallel Outlier Ensembles",
    # https://arxiv.org/abs/1812.01528.
    estimators.LocalChoice("pyod-lscp", "latent", model="lscp.LSCP", most=500),
    # Rousseeuw and Van Driessen 1999, "A Fast Algorithm for the Minimum Covariance Determinant Estimator",
    # https://doi.org/10.1080/00401706.1999.10485670.
    estimators.Covariance("pyod-mcd", "latent", model="mcd.MCD", most=5_000),
    # Schölkopf et al. 2001, "Estimating the Support of a High-Dimensional Distribution",
    # https://doi.org/10.1162/089976601750264965.
    estimators.Boundary("pyod-ocsvm", model="ocsvm.OCSVM", most=2_000),
    # Shyu et al. 2003, "A Novel Anomaly Detection Scheme Based on Principal Component Classifier".
    estimators.Components("pyod-pca", model="pca.PCA"),
    # Sugiyama and Borgwardt 2013, "Rapid Distance-Based Outlier Detection via Sampling".
    estimators.Subset("pyod-sampling", model="sampling.Sampling"),
)

_ONE_BY_ONE: tuple[Adapter, ...] = (
    # Cook 1977, "Detection of Influential Observation in Linear Regression",
    # https://doi.org/10.1080/00401706.1977.10489493.
    beside.Influence("pyod-cd", "logits", model="cd.CD", most=300),
    # Tang et al. 2002, "Enhancing Effectiveness of Outlier Detections for Low Density Patterns",
    # https://doi.org/10.1007/3-540-47887-6_53.
    beside.Chains("pyod-cof", "latent", model="cof.COF", most=50),
    # Li et al. 2020, "COPOD: Copula-Based Outlier Detection", https://arxiv.org/abs/2009.09463.
    beside.Alone("pyod-copod", model="copod.COPOD", most=100),
    # Li et al. 2022, "ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution Functions",
    # https://arxiv.org/abs/2201.00382.
    beside.Alone("pyod-ecod", model="ecod.ECOD", most=100),
    # Arning, Agrawal and Raghavan 1996, "A Linear Method for Deviation Detection in Large Databases".
    beside.Deviations("pyod-lmdd", "latent", model="lmdd.LMDD", most=30),
    # Kriegel et al. 2009, "Outlier Detection in Axis-Parallel Subspaces of High Dimensional Data",
    # https://doi.org/10.1007/978-3-642-01307-2_86.
    beside.Subspaces("pyod-sod", "latent", model="sod.SOD", most=50),
    # Janssens et al. 2012, "Stochastic Outlier Selection", Tilburg centre for Creative Computing, report 2012-001.
    beside.Affinities("pyod-sos", "latent", model="sos.SOS", most=30),
)

_NETWORKS: tuple[Adapter, ...] = (
    # Nguyen and Vien 2018, "Scalable and Interpretable One-Class SVMs with Deep Learning and Random Fourier Features",
    # https://arxiv.org/abs/1804.04888.
    networks.Bounded("pyod-ae1svm", model="ae1svm.AE1SVM", most=1_000, epochs=50),
    # Schlegl et al. 2017, "Unsupervised Anomaly Detection with Generative Adversarial Networks to Guide Marker
    # Discovery", https://arxiv.org/abs/1703.05921; PyOD's default is 500 epochs. What it makes of an input does not
    # depend on the input: one image, to which the last normal inputs were compared, stands for all.
    networks.Trained("pyod-anogan", model="anogan.AnoGAN", most=100, epochs=100),
    # Aggarwal 2015, "Outlier Analysis", section 3.6.
    networks.Autoencoder("pyod-auto-encoder", model="auto_encoder.AutoEncoder"),
    # Ruff et al. 2018, "Deep One-Class Classification", https://proceedings.mlr.press/v80/ruff18a.html.
    networks.Hypersphere("pyod-deep-svdd", model="deep_svdd.DeepSVDD", most=2_000),
    # Xu et al. 2023, "Deep Isolation Forest for Anomaly Detection", https://arxiv.org/abs/2206.06602.
    networks.Representations("pyod-dif", model="dif.DIF", most=2_000),
    # Goodge et al. 2022, "LUNAR: Unifying Local Outlier Detection Methods via Graph Neural Networks",
    # https://arxiv.org/abs/2112.05355.
    networks.Graph("pyod-lunar", model="lunar.LUNAR", most=1_500),
    # Liu et al. 2019, "Generative Adversarial Active Learning for Unsupervised Outlier Detection",
    # https://arxiv.org/abs/1809.10816. PyOD's sign is reversed: see ``networks.Discriminator``.
    networks.ManyGenerators("pyod-mo-gaal", model="mo_gaal.MO_GAAL", most=500),
    networks.OneGenerator("pyod-so-gaal", model="so_gaal.SO_GAAL", most=1_000),
    networks.NewGenerator("pyod-so-gaal-new", model="so_gaal_new.SO_GAAL", most=1_000),
    # Kingma and Welling 2013, "Auto-Encoding Variational Bayes", https://arxiv.org/abs/1312.6114.
    networks.Variational("pyod-vae", model="vae.VAE", most=4_000),
)

OFFERED: tuple[Adapter, ...] = tuple(sorted(_ESTIMATORS + _ONE_BY_ONE + _NETWORKS, key=lambda each: each.name))
"""By name."""
