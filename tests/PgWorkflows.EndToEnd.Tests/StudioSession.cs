using Microsoft.Playwright;
using PgWorkflows.Testing;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>One server over one real cluster, and one browser, for all tests of Studio.</summary>
public sealed class StudioSession : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser program; where it is missing the tests are skipped, in CI they fail.</summary>
    public static string Chromium { get; } = Environment.GetEnvironmentVariable("PGW_TEST_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>There is a browser to test with.</summary>
    public static bool IsPossible => File.Exists(Chromium) || Environment.GetEnvironmentVariable("CI") == "true";

    public TemporaryCluster Cluster { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!IsPossible)
            return;
        Cluster = await TemporaryCluster.StartedAsync();
        Server = await TestServer.StartAsync(Cluster.Resource);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (IsPossible)
        {
            await Server.DisposeAsync();
            await Cluster.DisposeAsync();
        }
    }

    /// <summary>A page that remembers every error and every request that leaves this machine.</summary>
    public async Task<StudioPage> OpenAsync(string path)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1440, Height = 900 },
            BaseURL = Server.Address.ToString(),
        });
        var page = new StudioPage(await context.NewPageAsync(), Server.Address);
        var (user, password) = Server.FirstCredential;
        await page.Page.GotoAsync("/sign-in");
        await page.Page.Locator("input[name=name]").FillAsync(user);
        await page.Page.Locator("input[name=password]").FillAsync(password);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        await page.Page.GotoAsync(path);
        return page;
    }
}

/// <summary>A page of Studio under test.</summary>
public sealed class StudioPage
{
    private readonly List<string> _problems = [];

    internal StudioPage(IPage page, Uri server)
    {
        Page = page;
        page.SetDefaultTimeout(20_000);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _problems.Add($"console: {message.Text}");
        };
        page.PageError += (_, error) => _problems.Add($"script: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400 && !response.Url.Contains("/scripting/", StringComparison.Ordinal))
                _problems.Add($"{response.Status}: {response.Request.Method} {response.Url}");
        };
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && new Uri(request.Url).Authority != server.Authority)
                _problems.Add($"outside: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>What went wrong on the page so far.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Takes back problems that the test has meant to bring about; they must have come.</summary>
    public void Expect(string problem) => Assert.NotEqual(0, _problems.RemoveAll(found => found.Contains(problem, StringComparison.Ordinal)));

    /// <summary>Keeps a picture for people.</summary>
    public async Task PictureAsync(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }

    /// <summary>Nothing went wrong, and Studio's error bar is not shown.</summary>
    public async Task NothingWentWrongAsync()
    {
        Assert.False(await Page.Locator("#blazor-error-ui").IsVisibleAsync(), $"Studio shows its error bar. {string.Join(Environment.NewLine, _problems)}");
        Assert.Empty(_problems);
    }
}
