using Microsoft.Playwright;

namespace PgWorkflows.EndToEnd.Tests;

/// <summary>A page of Studio under test.</summary>
public sealed class StudioPage
{
    private readonly List<string> _problems = [];

    internal StudioPage(IPage page, Uri server)
    {
        Page = page;
        page.SetDefaultTimeout(60_000); // A busy machine is no failure.
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _problems.Add($"console: {message.Text}");
        };
        page.WebSocket += (_, _) => Sockets++;
        page.PageError += (_, error) => _problems.Add($"script: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                _problems.Add($"{response.Status}: {response.Request.Method} {response.Url}");
        };
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && new Uri(request.Url).Authority != server.Authority)
                _problems.Add($"outside: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>How many WebSockets the page has opened.</summary>
    public int Sockets { get; private set; }

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
