using System.Diagnostics;
using Microsoft.Playwright;
using PgWorkflows.Testing;

namespace PgWorkflows.Bench;

/// <summary>From the address to the first rows of Studio's list, in Chromium with a warm cache.</summary>
internal static class FirstView
{
    private const string Chromium = "/usr/bin/chromium";
    private const int Rounds = 5;

    public static async Task RunAsync(TestServer server)
    {
        if (!File.Exists(Chromium))
        {
            Console.WriteLine($"Studio's first view: not measured, there is no {Chromium}.");
            return;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await browser.NewContextAsync(new() { BaseURL = server.Address.ToString() });
        var page = await context.NewPageAsync();
        await SignInAsync(page, server);
        var cold = await ViewAsync(page);
        var warm = new List<double>();
        for (var round = 0; round < Rounds; round++)
            warm.Add(await ViewAsync(page));
        warm.Sort();
        Console.WriteLine($"\nStudio, address to the first rows of the list: {warm[Rounds / 2]:N0} ms from a warm cache (median of {Rounds}; {warm[0]:N0}–{warm[^1]:N0}), {cold:N0} ms from a cold one (goal: under 3,000 warm)");
    }

    private static async Task<double> ViewAsync(IPage page)
    {
        await page.GotoAsync("/account"); // From a page of the console, as operators come.
        var watch = Stopwatch.StartNew();
        await page.GotoAsync("/studio/definitions");
        await page.Locator("tbody tr", new() { HasText = "quickCheck" }).First.WaitForAsync(new() { Timeout = 60_000 });
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task SignInAsync(IPage page, TestServer server)
    {
        var (user, password) = server.FirstCredential;
        await page.GotoAsync("/sign-in");
        await page.Locator("input[name=name]").FillAsync(user);
        await page.Locator("input[name=password]").FillAsync(password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
    }
}
