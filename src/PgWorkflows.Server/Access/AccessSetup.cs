using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PgWorkflows.Persistence.Audit;
using PgWorkflows.Persistence.Keys;
using PgWorkflows.Persistence.Users;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Console;
using PgWorkflows.Server.Hosting;

namespace PgWorkflows.Server.Access;

/// <summary>Who is asking, and what they may do.</summary>
internal static class AccessSetup
{
    private const string ChooseScheme = "Choose";

    public static void AddAccess(this WebApplicationBuilder builder, ServerOptions options)
    {
        var addresses = ListenRules.Addresses(builder.Configuration);
        ListenRules.Check(addresses, options);
        if (addresses.Count == 0)
            builder.WebHost.UseUrls(ListenRules.Standard);
        builder.WebHost.UseKestrelHttpsConfiguration(); // The slim host leaves HTTPS out.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new UserStore(provider.GetRequiredService<Installation>().Database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new KeyStore(provider.GetRequiredService<Installation>().Database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new AuditStore(provider.GetRequiredService<Installation>().Database, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Passwords>().AddSingleton<SignInGuard>().AddSingleton<ApiKeys>().AddSingleton<AccessTokens>().AddSingleton<Auditor>().AddSingleton<SignIn>();
        services.AddSingleton<FirstCredential>().AddHostedService(provider => provider.GetRequiredService<FirstCredential>());
        AddKeyRing(services);
        AddSchemes(services, options);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.FormFieldName = "antiforgery";
            antiforgery.Cookie.Name = "pgw-antiforgery";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true; // SecurityHeaders says more.
        });
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<Errors>();
        app.UseAuthentication();
        app.UseMiddleware<Gate>();
        app.Lifetime.ApplicationStarted.Register(() => ListenRules.Check([.. app.Urls], app.Services.GetRequiredService<ServerOptions>()));
    }

    public static void MapAccess(this WebApplication app) => app
        .MapGet("/health", (Installation installation, ConfiguredResources configured) =>
            !installation.Database.Health.IsWritable ? Unwell("history-unwritable") : configured.Problems.Count > 0 ? Unwell("resources-left-out") : Results.Text("ok\n"))
        .OpenToAll("says only that the server answers, and in a word whether it can do all of its work");

    private static IResult Unwell(string word) => Results.Text($"{word}\n", statusCode: StatusCodes.Status503ServiceUnavailable);

    /// <summary>The keys of cookies and antiforgery tokens lie in the data folder, so that a restart signs nobody out.</summary>
    private static void AddKeyRing(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("PgWorkflows");
        services.AddOptions<KeyManagementOptions>().Configure<Installation, ILoggerFactory>((keys, installation, logs) =>
        {
            var folder = Path.Combine(Path.GetDirectoryName(installation.Database.File)!, "cookie-keys");
            keys.XmlRepository = new FileSystemXmlRepository(new(OwnerOnly.Folder(folder)), logs);
        });

        // It warns that the keys are not encrypted; what could decrypt them would lie beside them. The folder's rights protect them.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error).AddFilter("Microsoft.AspNetCore", LogLevel.Warning));
    }

    private static void AddSchemes(IServiceCollection services, ServerOptions options) => services
        .AddAuthentication(ChooseScheme)
        .AddPolicyScheme(ChooseScheme, null, choose => choose.ForwardDefaultSelector =
            context => KeyAuthentication.IsMeant(context.Request) ? KeyAuthentication.SchemeName : CookieAuthenticationDefaults.AuthenticationScheme)
        .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null)
        .AddCookie(CookieAuthenticationDefaults.AuthenticationScheme, cookie =>
        {
            cookie.Cookie.Name = "pgw-session";
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = options.SessionIdle;
            cookie.SlidingExpiration = true;
            cookie.Events.OnValidatePrincipal = SignIn.ValidateAsync;
            cookie.Events.OnCheckSlidingExpiration = sliding =>
            {
                sliding.ShouldRenew &= !sliding.HttpContext.Request.Headers.ContainsKey(Page.LiveHeader) && sliding.HttpContext.Request.Path != ChangeStream.Path; // A page that refreshes itself is nobody at work.
                return Task.CompletedTask;
            };
        });
}
